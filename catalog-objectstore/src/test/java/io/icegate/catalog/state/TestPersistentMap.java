package io.icegate.catalog.state;

import io.icegate.objectstore.Seeds;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

final class TestPersistentMap
{
    @Test
    void testBehavesAsTreeMapAndOldVersionsStay()
    {
        Random random = new Random(Seeds.next("TestPersistentMap"));
        TreeMap<Integer, Integer> model = new TreeMap<>();
        PersistentMap<Integer, Integer> map = PersistentMap.empty(Comparator.<Integer>naturalOrder());
        List<PersistentMap<Integer, Integer>> versions = new ArrayList<>();
        List<Map<Integer, Integer>> expected = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(500);
            if (random.nextInt(3) == 0) {
                model.remove(key);
                map = map.without(key);
            }
            else {
                model.put(key, i);
                map = map.with(key, i);
            }
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(map.get(key)).isEqualTo(Optional.ofNullable(model.get(key)));
            if (i % 1000 == 0) {
                versions.add(map);
                expected.add(new TreeMap<>(model));
            }
        }
        for (int i = 0; i < versions.size(); i++) {
            assertThat(entries(versions.get(i))).isEqualTo(List.copyOf(expected.get(i).entrySet()));
            assertThat(versions.get(i).first()).isEqualTo(expected.get(i).entrySet().stream().findFirst());
        }
    }

    @Test
    void testManySortedKeysNeedLittleStack()
    {
        PersistentMap<Integer, Integer> map = PersistentMap.empty(Comparator.<Integer>naturalOrder());
        for (int i = 0; i < 200_000; i++) {
            map = map.with(i, i);
        }
        for (int i = 0; i < 199_999; i++) {
            map = map.without(i);
        }
        assertThat(entries(map)).containsExactly(Map.entry(199_999, 199_999));
    }

    private static List<Entry<Integer, Integer>> entries(PersistentMap<Integer, Integer> map)
    {
        List<Entry<Integer, Integer>> entries = new ArrayList<>();
        map.forEach(entries::add);
        return entries;
    }
}
