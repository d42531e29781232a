package io.daybook.bookie.entrylog;

/**
 * A file as the manifest lists it.
 *
 * @param number 1 or more; a larger number was written later
 * @param size bytes
 * @param footerOffset where the footer starts: the end of the data blocks
 */
public record ListedFile(long number, long size, long footerOffset) {}
