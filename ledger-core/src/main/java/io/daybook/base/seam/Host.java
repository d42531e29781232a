package io.daybook.base.seam;

/** The process a component runs in. */
public interface Host {

    /** A number that differs at each start of the process (R107). */
    long bootId();

    /** Ends the process with {@code status} because going on would be unsafe; {@code reason} is logged first. May return. */
    void exit(int status, String reason);
}
