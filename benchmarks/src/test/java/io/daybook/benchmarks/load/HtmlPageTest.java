package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class HtmlPageTest {
    private static final String COMMAND = "daybook bench write --html 'a <b> & c.html'";

    private static HtmlPage page(Histogram curve) {
        Map<String, Histogram> curves = new LinkedHashMap<>();
        curves.put("append", curve);
        return new HtmlPage(
                "ledger/write/1024B/w1000/l1",
                COMMAND,
                Map.of("throughput", "1 entries/s"),
                Map.of("entries", 5L),
                Map.of("Java", "17"),
                curves);
    }

    private static Histogram histogram() {
        Histogram histogram = Latencies.histogram();
        for (long i = 1; i <= 10_000; i++) {
            histogram.recordValue(i * 1000);
        }
        return histogram;
    }

    @Test
    void needsNothingFromAnywhereElse() {
        String text = page(histogram()).text();

        assertThat(text)
                .doesNotContainIgnoringCase("http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link");
    }

    @Test
    void holdsTheCommandTheEnvironmentAndTheFigures() {
        String text = page(histogram()).text();

        assertThat(text)
                .contains("daybook bench write --html 'a &lt;b&gt; &amp; c.html'")
                .contains("<td>Java</td><td>17</td>", "<td>entries</td><td>5</td>", "<td>throughput</td>");
    }

    @Test
    void drawsOneLinePerCurveThatRises() throws Exception {
        String text = page(histogram()).text();
        String svg = text.substring(text.indexOf("<svg"), text.indexOf("</svg>") + 6);
        var lines = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getElementsByTagName("polyline");

        assertThat(lines.getLength()).isEqualTo(1);
        String[] points = lines.item(0)
                .getAttributes()
                .getNamedItem("points")
                .getNodeValue()
                .split(" ");
        assertThat(points).hasSizeGreaterThan(100);
        double lastX = 0;
        double lastY = Double.MAX_VALUE;
        for (String point : points) {
            double x = Double.parseDouble(point.split(",")[0]);
            double y = Double.parseDouble(point.split(",")[1]);
            assertThat(x).isBetween(lastX, 760.0);
            assertThat(y).as("slower percentiles are further up").isBetween(0.0, lastY);
            lastX = x;
            lastY = y;
        }
    }

    @Test
    void drawsNothingWhereNothingWasTimed() {
        assertThat(page(Latencies.histogram()).text()).doesNotContain("<svg");
    }
}
