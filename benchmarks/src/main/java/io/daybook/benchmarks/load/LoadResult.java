package io.daybook.benchmarks.load;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a run found.
 *
 * @param figures by name, in the order in which they are told
 * @param curves latencies in nanoseconds by what they are of, for percentile curves
 * @param verified records that were read back and compared
 * @param problem the first record that was not as it was acknowledged, as a sentence, or null
 */
public record LoadResult(
        Map<String, Object> figures,
        Map<String, Histogram> curves,
        long verified,
        @Nullable String problem) {}
