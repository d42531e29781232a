package io.daybook.base.error;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why something could not be done with a file, in words: the messages of {@code java.nio.file} often name the file and nothing else. */
public final class FileReason {
    private FileReason() {}

    /** Such as {@code /data/journal: permission denied}. */
    public static String of(IOException problem) {
        return problem instanceof FileSystemException file
                ? "%s: %s".formatted(file.getFile(), reason(file))
                : String.valueOf(problem.getMessage());
    }

    private static String reason(FileSystemException problem) {
        if (problem instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (problem instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (problem instanceof FileAlreadyExistsException || problem instanceof NotDirectoryException) {
            return "it is there, but not a directory";
        }
        if (problem instanceof DirectoryNotEmptyException) {
            return "the directory is not empty";
        }
        String reason = problem.getReason();
        return reason == null ? problem.getClass().getSimpleName() : reason;
    }
}
