package io.daybook.base.error;

/** What the catcher of a {@link DaybookException} should do next. */
public enum Advice {
    /** The same call may succeed later. */
    RETRY,
    /** The same call may succeed at another server. */
    RETRY_ELSEWHERE,
    /** This handle is finished; open a new one. */
    REOPEN,
    /** Trying again cannot help. */
    GIVE_UP
}
