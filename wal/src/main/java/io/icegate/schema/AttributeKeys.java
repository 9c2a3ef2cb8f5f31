package io.icegate.schema;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The keys of a map, without repeats, by the unsigned bytes of their UTF-8 form. Rows of one call site share one
 * instance, so whoever encodes keys may remember them by identity.
 */
public final class AttributeKeys
{
    /**
     * The order of Trino's {@code array_sort} and of Spark's strings, which is not the one of {@link String#compareTo}:
     * U+E000 comes before U+1F600.
     */
    public static final Comparator<String> ORDER = AttributeKeys::compare;
    public static final AttributeKeys EMPTY = new AttributeKeys(new String[0]);

    private final String[] sorted;

    /**
     * @param sorted handed over
     */
    AttributeKeys(String[] sorted)
    {
        this.sorted = sorted;
    }

    public int size()
    {
        return sorted.length;
    }

    public String key(int index)
    {
        return sorted[index];
    }

    /**
     * Position of a key; negative when absent.
     */
    public int indexOf(String key)
    {
        return Arrays.binarySearch(sorted, key, ORDER);
    }

    public List<String> asList()
    {
        return List.of(sorted);
    }

    private static int compare(String left, String right)
    {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                return Integer.compare(rank(a), rank(b));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /**
     * In UTF-8 the characters above U+FFFF, which are surrogates here, come after U+E000 to U+FFFF.
     */
    private static int rank(char c)
    {
        return Character.isSurrogate(c) ? c + 0x1_0000 : c;
    }
}
