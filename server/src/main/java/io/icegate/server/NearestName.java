package io.icegate.server;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the known name that somebody may have meant with an unknown one.
 */
public final class NearestName
{
    private static final int LENGTH_MAX = 64;
    private static final Pattern SEPARATORS = Pattern.compile("[_.\\- ]");

    private NearestName() {}

    /**
     * The known name that takes the fewest changes, apart from case and separators, however many these are; empty when none is known.
     */
    public static Optional<String> of(String name, Collection<String> known)
    {
        String wanted = plain(name);
        return known.stream().min(Comparator.<String>comparingInt(candidate -> distance(wanted, plain(candidate))).thenComparing(Comparator.naturalOrder()));
    }

    /**
     * The end of a message about an unknown name: the one that is similar, else all.
     */
    public static String hint(String name, Collection<String> known)
    {
        String wanted = plain(name);
        return of(name, known)
                .filter(candidate -> distance(wanted, plain(candidate)) <= Math.max(wanted.length(), candidate.length()) / 2)
                .map("; did you mean '%s'?"::formatted)
                .orElseGet(() -> known.isEmpty() ? "" : "; known are " + String.join(", ", known));
    }

    /**
     * The name, or the beginning of a long one, without its case and separators.
     */
    public static String plain(String name)
    {
        return SEPARATORS.matcher(clip(name)).replaceAll("").toLowerCase(Locale.ROOT);
    }

    /**
     * The beginning of a name, as an answer shows it.
     */
    public static String clip(String name)
    {
        return name.length() <= LENGTH_MAX ? name : name.substring(0, LENGTH_MAX);
    }

    private static int distance(String left, String right)
    {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
