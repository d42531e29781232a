package io.daybook.base.config;

import java.util.List;

/**
 * What one source says about one key.
 *
 * @param shape a scalar has exactly one item, a section none
 * @param origin such as {@code daybook.yaml:12}
 */
record ConfigValue(Shape shape, List<String> items, String origin) {

    enum Shape {
        SCALAR,
        LIST,
        SECTION
    }

    ConfigValue {
        items = List.copyOf(items);
    }
}
