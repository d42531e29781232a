package io.daybook.ledger.metadata.zookeeper;

import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

/** What ZooKeeper's result codes mean to us. */
final class Replies {
    private Replies() {}

    /** Whether no reply came: a read may be asked again, a write may have happened. */
    static boolean lost(Code code) {
        return switch (code) {
            case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> true;
            default -> false;
        };
    }

    /** The failure of a write, or of a read that was answered. */
    static MetaException failure(Code code, String what) {
        Kind kind = switch (code) {
            case NONODE -> Kind.NO_NODE;
            case NODEEXISTS -> Kind.NODE_EXISTS;
            case BADVERSION -> Kind.BAD_VERSION;
            case NOTEMPTY -> Kind.NOT_EMPTY;
            default -> lost(code) ? Kind.AMBIGUOUS : Kind.REFUSED;
        };
        return new MetaException(kind, sentence(kind, what, code), KeeperException.create(code));
    }

    private static String sentence(Kind kind, String what, Code code) {
        return switch (kind) {
            case NO_NODE -> what + ": there is no such node";
            case NODE_EXISTS -> what + ": the node exists already";
            case BAD_VERSION -> what + ": the node has another version";
            case NOT_EMPTY -> what + ": the node has children";
            case AMBIGUOUS -> what + ": the reply was lost, so it may or may not have happened";
            default -> what + ": ZooKeeper refused it with " + code + "; check its log";
        };
    }
}
