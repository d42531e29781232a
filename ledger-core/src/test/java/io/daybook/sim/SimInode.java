package io.daybook.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A file whatever its name: what reads see, what is on the medium, and what lies between, in order. */
final class SimInode {
    static final int SECTOR = 512;

    private SimBytes live = new SimBytes();
    private SimBytes durable = new SimBytes();
    private final List<Change> pending = new ArrayList<>();
    private final TreeSet<Long> ruined = new TreeSet<>(); // sectors that cannot be read
    private boolean lostPages; // reads show more than the medium will ever hold

    /** A write of these bytes, or where {@code data} is empty a new size. */
    private record Change(long position, byte[] data, boolean resize) {

        void apply(SimBytes to) {
            if (resize) {
                to.resize(position);
            } else {
                to.write(position, data, 0, data.length);
            }
        }
    }

    long size() {
        return live.size();
    }

    SimBytes live() {
        return live;
    }

    SimBytes durable() {
        return durable;
    }

    boolean dirty() {
        return !pending.isEmpty() || lostPages;
    }

    void ruin(long position) {
        ruined.add(position / SECTOR);
    }

    boolean isRuined(long position, int length) {
        return !ruined.isEmpty()
                && length > 0
                && !ruined.subSet(position / SECTOR, (position + length - 1) / SECTOR + 1)
                        .isEmpty();
    }

    void write(long position, byte[] data) {
        if (!ruined.isEmpty()
                && data.length > 0) { // a drive puts a fresh sector in the place of a bad one when it is written
            ruined.subSet(position / SECTOR, (position + data.length - 1) / SECTOR + 1)
                    .clear();
        }
        Change change = new Change(position, data, false);
        change.apply(live);
        pending.add(change);
    }

    void resize(long size) {
        Change change = new Change(size, new byte[0], true);
        change.apply(live);
        pending.add(change);
    }

    /** The medium confirms the write and does nothing. */
    void lose(long position, byte[] data) {
        live.write(position, data, 0, data.length);
        lostPages = true;
    }

    /** The medium writes elsewhere. */
    void misdirect(long position, long wrongPosition, byte[] data) {
        live.write(position, data, 0, data.length);
        pending.add(new Change(wrongPosition, data, false));
        lostPages = true;
    }

    void sync() {
        for (int i = 0; i < pending.size(); i++) {
            pending.get(i).apply(durable);
        }
        pending.clear();
    }

    /** As Linux does it: the dirty pages count as clean, so no later sync writes them, while reads go on showing them. */
    void failSync() {
        pending.clear();
        lostPages = true;
    }

    /** Memory was needed elsewhere: reads see the medium again, and what may still get there. */
    void evict() {
        if (lostPages) {
            lostPages = false;
            live = durable.copy();
            for (Change change : pending) {
                change.apply(live);
            }
        }
    }

    void flipBit(long position, int bit) {
        durable.flipBit(position, bit);
        live.flipBit(position, bit);
    }

    /** Power fails: {@code outcome} decides what of the pending changes the medium got. */
    void crash(SimDisk.CrashOutcome outcome, SimRandom random) {
        int n = pending.size();
        switch (outcome) {
            case ALL -> sync();
            case NONE -> {}
            case PREFIX -> apply(random.below(n + 1));
            case WRITES ->
                pending.forEach(change -> {
                    if (random.flip()) {
                        change.apply(durable);
                    }
                });
            case SECTORS -> pending.forEach(change -> tear(change, random, false));
            case TORN -> {
                int whole = random.below(n + 1);
                apply(whole);
                if (whole < n) {
                    tear(pending.get(whole), random, true);
                }
            }
        }
        pending.clear();
        lostPages = false;
        live = durable.copy();
    }

    private void apply(int first) {
        for (int i = 0; i < first; i++) {
            pending.get(i).apply(durable);
        }
    }

    /** Stores some of the sectors: the first few, or any; the size may grow without the content. */
    private void tear(Change change, SimRandom random, boolean prefix) {
        if (change.resize || change.data.length == 0) {
            if (random.flip()) {
                change.apply(durable);
            }
            return;
        }
        long end = change.position + change.data.length;
        if (end > durable.size() && random.flip()) {
            durable.resize(end);
        }
        long firstSector = change.position / SECTOR;
        long sectors = (end + SECTOR - 1) / SECTOR - firstSector;
        long kept = prefix ? random.between(0, sectors) : sectors;
        for (long sector = 0; sector < kept; sector++) {
            if (prefix || random.flip()) {
                long from = Math.max(change.position, (firstSector + sector) * SECTOR);
                long to = Math.min(end, (firstSector + sector + 1) * SECTOR);
                durable.write(from, change.data, (int) (from - change.position), (int) (to - from));
            }
        }
    }
}
