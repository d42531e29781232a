package io.daybook.stream;

/**
 * The process that may append to a stream.
 *
 * @param instanceId 32 hexadecimal digits, new at each start of the process
 * @param address where it can be asked for, or its name; for people
 * @param sinceMillis when it became the owner, ms since the epoch by its clock
 */
public record StreamOwner(String instanceId, String address, long sinceMillis) {

    @Override
    public String toString() {
        return address + " (" + instanceId + ")";
    }
}
