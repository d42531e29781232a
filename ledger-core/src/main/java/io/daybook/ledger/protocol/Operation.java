package io.daybook.ledger.protocol;

import org.jspecify.annotations.Nullable;

/** What a request asks for; numbers of both wire formats, −1 where a format lacks the operation. From 1000 on they are Daybook's own. */
public enum Operation {
    READ(1, 2),
    ADD(2, 1),
    RANGE_READ(3, -1),
    RANGE_ADD(4, -1),
    AUTH(5, 3),
    WRITE_LAC(6, -1),
    READ_LAC(7, -1),
    BOOKIE_INFO(8, -1),
    START_TLS(9, -1),
    FORCE(10, -1),
    LIST_ENTRIES(11, -1),
    BATCH_READ(12, 7),
    STRIDED_READ(1000, -1),
    GROUP_ADD(1001, -1);

    private static final int STOCK_MAX = 12;

    /** The constants stand in the order of their v3 numbers, from 1 to {@link #STOCK_MAX}, then Daybook's. */
    private static final Operation[] BY_V3 = values();

    private final int v3;
    private final int v2;

    Operation(int v3, int v2) {
        this.v3 = v3;
        this.v2 = v2;
    }

    /** The OperationType number of v3. */
    public int v3() {
        return v3;
    }

    /** The opcode of v2. */
    public int v2() {
        return v2;
    }

    /** The operation with this OperationType number, null if there is none. */
    static @Nullable Operation ofV3(int number) {
        if (number >= 1 && number <= STOCK_MAX) {
            return BY_V3[number - 1];
        }
        return number == STRIDED_READ.v3 ? STRIDED_READ : number == GROUP_ADD.v3 ? GROUP_ADD : null;
    }
}
