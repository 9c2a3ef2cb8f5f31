package io.icegate.standalone.console;

/**
 * A number with what it counts, as it is read aloud.
 */
public final class Counted
{
    private Counted() {}

    /**
     * @param one name of one of them, which has an s more when there are others than one
     */
    public static String of(long count, String one)
    {
        return "%s %s%s".formatted(count, one, count == 1 ? "" : "s");
    }
}
