package io.daybook.ledger.protocol;

/** What a bookie says of a request; numbers of both wire formats. */
public enum Status {
    OK(0, 0),
    NO_SUCH_LEDGER(402, 1),
    NO_SUCH_ENTRY(403, 2),
    BAD_REQUEST(404, 100),
    IO_ERROR(501, 101),
    UNAUTHORIZED(502, 102),
    BAD_VERSION(503, 103),
    FENCED(504, 104),
    READ_ONLY(505, 105),
    BUSY(506, 106),
    /** Limbo: v2 peers are told IO_ERROR instead, since stock v2 clients cannot read 107. */
    UNKNOWN_STATE(507, 101);

    private final int v3;
    private final int v2;

    Status(int v3, int v2) {
        this.v3 = v3;
        this.v2 = v2;
    }

    /** The StatusCode number of v3. */
    public int v3() {
        return v3;
    }

    /** The return code of v2. */
    public int v2() {
        return v2;
    }

    /** The status of a v3 number; one we do not know is treated as unknown, never as success or absence (R93). */
    public static Status ofV3(int number) {
        for (Status status : values()) {
            if (status.v3 == number) {
                return status;
            }
        }
        return UNKNOWN_STATE;
    }

    /** The status of a v2 return code; one we do not know is treated as unknown (R93). */
    public static Status ofV2(int rc) {
        for (Status status : values()) {
            if (status.v2 == rc) {
                return status;
            }
        }
        return UNKNOWN_STATE;
    }

    /** A certain negative (R47): the bookie is sure to have no such entry. */
    public boolean certainNegative() {
        return this == NO_SUCH_ENTRY || this == NO_SUCH_LEDGER;
    }
}
