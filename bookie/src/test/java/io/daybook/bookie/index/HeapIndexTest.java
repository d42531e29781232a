package io.daybook.bookie.index;

final class HeapIndexTest extends StoreIndexContract {
    @Override
    StoreIndex open() {
        return Indexes.heap();
    }
}
