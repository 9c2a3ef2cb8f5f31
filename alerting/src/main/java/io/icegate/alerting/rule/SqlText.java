package io.icegate.alerting.rule;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Names and values as they stand in SQL.
 */
final class SqlText
{
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private SqlText() {}

    static String identifier(String name)
    {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String string(String value)
    {
        return '\'' + value.replace("'", "''") + '\'';
    }

    /**
     * A time of the tables' type; what is below microseconds is left out.
     */
    static String time(Instant time)
    {
        return "TIMESTAMP '%s UTC'".formatted(TIME.format(time));
    }
}
