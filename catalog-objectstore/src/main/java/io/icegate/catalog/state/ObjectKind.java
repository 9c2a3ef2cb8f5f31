package io.icegate.catalog.state;

import java.util.Locale;

/**
 * What a name in the catalog stands for. Tables and views share one name space.
 */
public enum ObjectKind
{
    TABLE,
    VIEW;

    public String text()
    {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ObjectKind parse(String text)
    {
        return switch (text) {
            case "table" -> TABLE;
            case "view" -> VIEW;
            default -> throw new IllegalArgumentException("Cannot read object kind '%s': it is neither table nor view".formatted(text));
        };
    }
}
