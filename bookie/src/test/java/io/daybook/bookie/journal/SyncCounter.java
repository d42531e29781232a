package io.daybook.bookie.journal;

import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/** A disk that counts the syncs and the writes of files; all else is the disk's below. */
final class SyncCounter {
    int syncs;
    int writes;

    Disk around(Disk disk) {
        return proxy(Disk.class, disk);
    }

    private <T> T proxy(Class<T> type, Object below) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call(below, method, arguments)));
    }

    private Object call(Object below, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("sync")) {
            syncs++;
        } else if (method.getName().equals("write")) {
            writes++;
        }
        try {
            Object answer = method.invoke(below, arguments);
            boolean opens = method.getName().equals("open") || method.getName().equals("create");
            return opens ? counted((Promise<?>) answer) : answer;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private CompletableFuture<DiskFile> counted(Promise<?> opened) {
        Promise<DiskFile> promise = opened.loop().promise();
        opened.whenComplete((file, failure) -> {
            if (failure == null) {
                promise.complete(proxy(DiskFile.class, file));
            } else {
                promise.completeExceptionally(failure);
            }
        });
        return promise;
    }
}
