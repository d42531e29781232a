/**
 * The real twin of the {@code MetaStore} seam: {@link io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore}, and the only user of Curator and
 * ZooKeeper.
 *
 * <p>{@code ZooKeeperSession} keeps the session with Curator's help, {@code ZooKeeperWatches} the watches across sessions, {@code Replies} tells
 * what a result code means. Operations go to ZooKeeper's own asynchronous interface, each exactly once: Curator never repeats a write behind our back.
 * Answers arrive on ZooKeeper's threads and are posted to the loop of the one who asked.
 */
@NullMarked
package io.daybook.ledger.metadata.zookeeper;

import org.jspecify.annotations.NullMarked;
