package io.daybook.base.time;

final class SystemClockTest extends ClockContract {

    @Override
    protected Clock clock() {
        return SystemClock.INSTANCE;
    }

    @Override
    protected void pass() {
        long before = System.nanoTime();
        while (System.nanoTime() == before) {
            Thread.onSpinWait();
        }
    }
}
