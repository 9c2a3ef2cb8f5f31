package io.icegate.wal.registry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes maps that forget, for values that can be read or computed again.
 */
public final class BoundedMap
{
    private BoundedMap() {}

    /**
     * A map for many threads that forgets what was put first when there is more than {@code countMax}.
     */
    public static <K, V> Map<K, V> create(int countMax)
    {
        return Collections.synchronizedMap(new LinkedHashMap<>()
        {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest)
            {
                return size() > countMax;
            }
        });
    }
}
