package io.icegate.catalog.state;

import io.icegate.objectstore.Seeds;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestFolders
{
    @Test
    void testOutermostOnly()
    {
        assertThat(Folders.of(List.of("file:/a/b", "file:/a", "file:/ab", "file:/a/c/d")).paths()).containsExactly("file:/a", "file:/ab");
        assertThat(Folders.of(List.of("file:/a")).with(Folders.of(List.of("file:/a/b"))).paths()).containsExactly("file:/a");
        assertThat(Folders.of(List.of("file:/a/b")).with(Folders.of(List.of("file:/a", "file:/c"))).paths()).containsExactly("file:/a", "file:/c");
        assertThat(Folders.isInside("file:/x", "file:/")).isTrue();
        assertThat(Folders.isInside("file:/ab", "file:/a")).isFalse();
    }

    @Test
    void testBound()
    {
        List<String> most = IntStream.range(0, Folders.COUNT_MAX).mapToObj(i -> "file:/" + i).toList();
        assertThat(Folders.of(most).paths()).hasSize(Folders.COUNT_MAX);
        assertThatThrownBy(() -> Folders.of(most).with(Folders.of(List.of("file:/one-more")))).hasMessage("Cannot own 65 folders: at most 64");
    }

    /**
     * Against the definition: two folders overlap when the names in one are the first names in the other.
     */
    @Test
    void testOwnersAgainstTheDefinition()
    {
        SplittableRandom random = new SplittableRandom(Seeds.next("TestFolders"));
        Map<String, Integer> model = new HashMap<>();
        Folders.Owners<Integer> owners = Folders.Owners.none();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            List<String> names = new ArrayList<>();
            for (int depth = random.nextInt(1, 5); depth > 0; depth--) {
                names.add(random.nextInt(4) == 0 ? "a-b" : "ab.".substring(random.nextInt(2), random.nextInt(2, 4)));
            }
            String path = names.stream().collect(joining("/", "file:/", ""));
            Set<Integer> expected = new TreeSet<>();
            model.forEach((other, owner) -> {
                List<String> otherNames = List.of(other.substring("file:/".length()).split("/"));
                int common = Math.min(otherNames.size(), names.size());
                if (otherNames.subList(0, common).equals(names.subList(0, common))) {
                    expected.add(owner);
                }
            });
            if (expected.isEmpty()) {
                assertThat(owners.overlapping(path)).as("%s", path).isEmpty();
                model.put(path, i);
                owners = owners.with(Folders.of(List.of(path)), i);
            }
            else {
                refused++;
                assertThat(owners.overlapping(path).orElseThrow().getValue()).as("%s", path).isIn(expected);
                if (random.nextInt(3) == 0 && model.remove(path) != null) {
                    owners = owners.without(Folders.of(List.of(path)));
                }
            }
        }
        assertThat(refused).isBetween(1_000, 19_000);
    }
}
