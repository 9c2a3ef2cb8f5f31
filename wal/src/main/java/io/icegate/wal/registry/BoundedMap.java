package io.icegate.wal.registry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers what can be had again at a price.
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
