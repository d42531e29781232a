package io.daybook.bookie.membership;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.Layout;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.ClusterLayout;

/**
 * Who this bookie is, once its directories and the metadata store agree (R78).
 *
 * @param bookie its name
 * @param incarnation grows whenever data may have been lost (R2)
 * @param loss whether directories were found that miss data; {@link #raise} before anything is answered (R79)
 */
public record Identity(BookieId bookie, long incarnation, boolean loss) {

    /**
     * Compares what stands in the metadata store with what stands in the directories: all present and equal, this bookie may start; nothing anywhere, a new
     * bookie is made of them. Completes on {@code loop}.
     *
     * <p>A new bookie is written to the metadata store first, then to each directory, and only then marked as formatted there. A crash at any step leaves
     * something that the next start completes, since such a bookie has never served anything.
     *
     * <p>A directory that is empty, or an old copy, means that data is lost; then the bookie may start only if {@code lossAccepted}.
     *
     * <p>Fails with {@link BookieException.Refused}, having changed nothing, when they do not agree; the message says what differs and what to do. Other
     * failures are those of the store and the disk.
     */
    public static Promise<Identity> establish(
            BookieId bookie,
            Layout directories,
            ClusterLayout cluster,
            MetaStore store,
            Disk disk,
            Entropy entropy,
            boolean lossAccepted,
            Loop loop) {
        return new IdentityCheck(bookie, directories, cluster, store, disk, entropy, lossAccepted, loop).run();
    }

    /**
     * Makes the incarnation greater in each directory, but not yet in the metadata store: until {@link #raise} has ended, every start finds the directories
     * ahead, and from that a loss. Directories without their files get them, with an id of their own, so that the disk that was there before cannot come back
     * unnoticed.
     */
    public static Promise<Void> beginRaise(
            BookieId bookie,
            Layout directories,
            ClusterLayout cluster,
            MetaStore store,
            Disk disk,
            Entropy entropy,
            Loop loop) {
        return new IncarnationRaise(bookie, directories, cluster, store, disk, entropy, loop).begin();
    }

    /** Makes the incarnation greater, durably: in each directory first, then in the metadata store. */
    public static Promise<Identity> raise(
            BookieId bookie,
            Layout directories,
            ClusterLayout cluster,
            MetaStore store,
            Disk disk,
            Entropy entropy,
            Loop loop) {
        return new IncarnationRaise(bookie, directories, cluster, store, disk, entropy, loop).run();
    }
}
