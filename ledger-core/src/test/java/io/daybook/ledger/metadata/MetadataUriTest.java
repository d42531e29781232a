package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.HostPort;
import org.junit.jupiter.api.Test;

final class MetadataUriTest {

    @Test
    void readsServersLayoutAndRoot() {
        MetadataUri uri = MetadataUri.parse("zk+hierarchical://zk1:2182;zk2,[::1]:2183,[::1]/a/b/ledgers");

        assertThat(uri.servers())
                .containsExactly(
                        new HostPort("zk1", 2182),
                        new HostPort("zk2", MetadataUri.DEFAULT_PORT),
                        new HostPort("::1", 2183),
                        new HostPort("::1", MetadataUri.DEFAULT_PORT));
        assertThat(uri.tree()).isEqualTo(LedgerTree.HIERARCHICAL);
        assertThat(uri.root()).isEqualTo("/a/b/ledgers");
        assertThat(uri.connectString()).isEqualTo("zk1:2182,zk2:2181,[::1]:2183,[::1]:2181");
        assertThat(uri).hasToString("zk+hierarchical://zk1:2182,zk2:2181,[::1]:2183,[::1]:2181/a/b/ledgers");
        assertThat(MetadataUri.parse(uri.toString())).isEqualTo(uri);
    }

    @Test
    void leavesTheLayoutToTheClusterWhenNoneIsNamed() {
        assertThat(MetadataUri.parse("zk://h:1/ledgers").tree()).isNull();
        assertThat(MetadataUri.parse("ZK+null://h:1/ledgers").tree()).isNull();
        assertThat(MetadataUri.parse("zk+LongHierarchical://h:1/ledgers").tree())
                .isEqualTo(LedgerTree.LONG_HIERARCHICAL);
        assertThat(MetadataUri.parse("zk+flat://h:1/ledgers").tree()).isEqualTo(LedgerTree.FLAT);
    }

    @Test
    void saysWhatIsWrongWithAUri() {
        assertWrong("127.0.0.1:2181/ledgers", "not of the form");
        assertWrong("etcd://h:1/ledgers", "'etcd'");
        assertWrong("zk+ms://h:1/ledgers", "'ms' is not a ledger layout");
        assertWrong("zk+legacyhierarchical://h:1/ledgers", "is not a ledger layout");
        assertWrong("zk://h:1", "root is missing");
        assertWrong("zk://h:1/", "root is missing");
        assertWrong("zk://h:1/ledgers/", "must not end with a slash");
        assertWrong("zk://h:1//ledgers", "cannot be part");
        assertWrong("zk://h:1/a/../b", "'..' cannot be part");
        assertWrong("zk:///ledgers", "server ''");
        assertWrong("zk://h:/ledgers", "server 'h:'");
        assertWrong("zk://h:x/ledgers", "server 'h:x'");
        assertWrong("zk://h:70000/ledgers", "server 'h:70000'");
        assertWrong("zk://h:1,,h:2/ledgers", "server ''");
    }

    private static void assertWrong(String text, String why) {
        assertThatThrownBy(() -> MetadataUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageContaining(why);
    }
}
