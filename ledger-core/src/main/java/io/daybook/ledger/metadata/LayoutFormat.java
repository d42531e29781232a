package io.daybook.ledger.metadata;

import java.nio.charset.StandardCharsets;

/** The text of the LAYOUT node: a format version, then the stock class that names ledger nodes, a colon and its version. */
final class LayoutFormat {
    private static final int VERSION = 2;
    private static final int TREE_VERSION = 1;

    private LayoutFormat() {}

    static byte[] encode(LedgerTree tree) {
        return (VERSION + "\n" + tree.factoryClass() + ":" + TREE_VERSION).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads format version 2, and 1, which has a short name in place of the class. */
    static LedgerTree decode(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        String[] lines = text.split("\n", -1);
        if (lines.length < 2 || !(lines[0].equals("1") || lines[0].equals("2"))) {
            throw malformed(text, "its first line must be 1 or 2, followed by a second line");
        }
        String[] parts = lines[1].split(":", -1);
        if (parts.length != 2 || !parts[1].equals(Integer.toString(TREE_VERSION))) {
            throw malformed(text, "its second line must be a class, a colon and the version 1");
        }
        for (LedgerTree tree : LedgerTree.values()) {
            boolean named = lines[0].equals("1")
                    ? parts[0].equals(tree.uriName())
                    : parts[0].equals(tree.factoryClass())
                            || parts[0].endsWith("." + tree.factoryClass()); // shaded builds put a prefix before it
            if (named) {
                return tree;
            }
        }
        throw malformed(text, "it names no layout of ledgers that we know");
    }

    private static MalformedMetadataException malformed(String text, String why) {
        return new MalformedMetadataException(
                "the LAYOUT node holds '%s', which cannot be read: %s".formatted(text.replace("\n", "\\n"), why), null);
    }
}
