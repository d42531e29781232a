package io.daybook.ledger;

import io.daybook.base.exec.Loop;
import org.jspecify.annotations.Nullable;

/**
 * How an existing ledger is opened.
 *
 * @param password must equal the one given at creation
 * @param loop the client's loop that shall own the handle, or null to choose by the id
 */
public record OpenOptions(Password password, @Nullable Loop loop) {

    /** Empty password, any loop. */
    public static final OpenOptions DEFAULT = new OpenOptions(Password.EMPTY, null);

    public OpenOptions withPassword(Password next) {
        return new OpenOptions(next, loop);
    }

    public OpenOptions withLoop(@Nullable Loop next) {
        return new OpenOptions(password, next);
    }
}
