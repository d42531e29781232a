package io.daybook.benchmarks.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One result as a page that needs nothing else: no script, no font, no picture from anywhere.
 *
 * @param title what was measured
 * @param command what repeats it
 * @param summary label and text, as on the terminal
 * @param figures all figures by name
 * @param environment label and text
 * @param curves latencies in nanoseconds
 */
public record HtmlPage(
        String title,
        String command,
        Map<String, String> summary,
        Map<String, Object> figures,
        Map<String, String> environment,
        Map<String, Histogram> curves) {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 20;
    private static final int BOTTOM = 50;
    private static final double[] PERCENTILES = {0, 50, 90, 99, 99.9, 99.99, 99.999};
    private static final String[] COLOURS = {"#0b66c3", "#c2410c", "#15803d"};

    /** The page, in UTF-8. */
    public String text() {
        StringBuilder page = new StringBuilder();
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Daybook: ")
                .append(escape(title))
                .append(
                        "</title>\n<style>body{font:15px/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em;color:#222;background:#fff}")
                .append("table{border-collapse:collapse}td{padding:.15em 1.5em .15em 0;vertical-align:top}")
                .append("td:first-child{color:#666;white-space:nowrap}code{background:#f2f2f2;padding:.1em .3em}")
                .append(
                        "pre{background:#f2f2f2;padding:.7em;overflow-x:auto}h2{margin-top:1.6em;font-size:1.1em}</style></head>\n<body><h1>")
                .append(escape(title))
                .append("</h1>\n");
        table(page, summary);
        if (curves.values().stream().anyMatch(curve -> curve.getTotalCount() > 0)) {
            page.append("<h2>Latency by percentile</h2>\n");
            chart(page);
        }
        page.append("<h2>Do it again</h2>\n<pre>").append(escape(command)).append("</pre>\n<h2>Where</h2>\n");
        table(page, environment);
        page.append("<h2>All figures</h2>\n");
        Map<String, String> all = new LinkedHashMap<>();
        figures.forEach((name, value) -> all.put(name, value.toString()));
        table(page, all);
        return page.append("</body></html>\n").toString();
    }

    private static void table(StringBuilder page, Map<String, String> rows) {
        page.append("<table>\n");
        rows.forEach((label, text) -> page.append("<tr><td>")
                .append(escape(label))
                .append("</td><td>")
                .append(escape(text))
                .append("</td></tr>\n"));
        page.append("</table>\n");
    }

    private void chart(StringBuilder page) {
        double lowest = Double.MAX_VALUE;
        double highest = 1;
        for (Histogram curve : curves.values()) {
            if (curve.getTotalCount() > 0) {
                lowest = Math.min(lowest, Math.max(1, curve.getMinNonZeroValue()));
                highest = Math.max(highest, curve.getMaxValue());
            }
        }
        double from = Math.floor(Math.log10(lowest));
        double to = Math.max(from + 1, Math.ceil(Math.log10(highest)));
        page.append(
                format("<svg viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" font-size=\"12\">\n", WIDTH, HEIGHT));
        for (double decade = from; decade <= to; decade++) {
            double y = y(decade, from, to);
            line(page, LEFT, y, WIDTH - RIGHT, y);
            label(page, LEFT - 8, y + 4, "end", duration(Math.pow(10, decade)));
        }
        for (double percentile : PERCENTILES) {
            double x = x(percentile);
            line(page, x, TOP, x, HEIGHT - BOTTOM);
            label(page, x, HEIGHT - BOTTOM + 18, "middle", plain(percentile));
        }
        label(page, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "percent of all that were at least so fast");
        int number = 0;
        for (Map.Entry<String, Histogram> curve : curves.entrySet()) {
            if (curve.getValue().getTotalCount() == 0) {
                continue;
            }
            String colour = COLOURS[number % COLOURS.length];
            page.append(format(
                    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>\n",
                    colour, points(curve.getValue(), from, to)));
            page.append(format(
                    "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n",
                    LEFT + 10, TOP + 16 + 16 * number, colour, escape(curve.getKey())));
            number++;
        }
        page.append("</svg>\n");
    }

    private static String points(Histogram curve, double from, double to) {
        List<String> points = new ArrayList<>();
        for (int step = 0; step <= 200; step++) {
            double nines = 5.0 * step / 200; // 0 is 0 %, 1 is 90 %, 5 is 99.999 %
            double percentile = 100 * (1 - Math.pow(10, -nines));
            if (step > 0 && curve.getTotalCount() * Math.pow(10, -nines) < 1) {
                points.add(format("%.1f,%.1f", x(percentile), y(Math.log10(curve.getMaxValue()), from, to)));
                break; // fewer than one is that slow
            }
            double value = Math.max(1, curve.getValueAtPercentile(percentile));
            points.add(format("%.1f,%.1f", x(percentile), y(Math.log10(value), from, to)));
        }
        return String.join(" ", points);
    }

    private static double x(double percentile) {
        return LEFT + -Math.log10(1 - percentile / 100) / 5 * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double decade, double from, double to) {
        return HEIGHT - BOTTOM - (decade - from) / (to - from) * (HEIGHT - BOTTOM - TOP);
    }

    private static void line(StringBuilder page, double x1, double y1, double x2, double y2) {
        page.append(format("<path stroke=\"#ddd\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x1, y1, x2, y2));
    }

    private static void label(StringBuilder page, double x, double y, String anchor, String text) {
        page.append(format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#666\">%s</text>\n",
                x, y, anchor, escape(text)));
    }

    private static String duration(double nanos) {
        if (nanos >= 1e9) {
            return plain(nanos / 1e9) + " s";
        }
        return nanos >= 1e6
                ? plain(nanos / 1e6) + " ms"
                : nanos >= 1e3 ? plain(nanos / 1e3) + " µs" : plain(nanos) + " ns";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
