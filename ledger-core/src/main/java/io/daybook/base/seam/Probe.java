package io.daybook.base.seam;

/**
 * Marks and choices inside the code that a simulation uses: which branches were taken, and rare choices made common. In production
 * marks do nothing and every decision is 0.
 */
public interface Probe {

    /** The probe of production. */
    Probe NONE = new Probe() {
        @Override
        public void reached(Enum<?> mark) {}

        @Override
        public int decision(String id, int n) {
            return 0;
        }
    };

    /** Notes that the branch {@code mark} was taken; each machine has an enum of its branches. */
    void reached(Enum<?> mark);

    /** Chooses a number from 0 to {@code n} − 1; 0 is what production does. */
    int decision(String id, int n);
}
