package io.icegate.objectstore;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.SplittableRandom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestObjectKey
{
    @Test
    void testOrderIsThatOfTheBytes()
    {
        int[] points = {'a', 'b', '/', '-', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFB01, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF};
        SplittableRandom random = new SplittableRandom(Seeds.next("testOrderIsThatOfTheBytes"));
        for (int i = 0; i < 20_000; i++) {
            String left = text(points, random);
            String right = text(points, random);
            assertThat(Integer.signum(ObjectKey.compareValues(left, right))).as("%s and %s", left, right)
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8))));
        }
    }

    private static String text(int[] points, SplittableRandom random)
    {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(4);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    @Test
    void testForms()
    {
        for (String bad : new String[] {"", "/a", "a/", "a//b", "./a", "a/..", "..", "a/./b", "é".repeat(451)}) {
            assertThatThrownBy(() -> new ObjectKey(bad)).as(bad).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("Cannot use object key '");
        }
        ObjectKey key = new ObjectKey("a/b.c");
        assertThat(key.name()).isEqualTo("b.c");
        assertThat(key.child("d")).isEqualTo(new ObjectKey("a/b.c/d"));
        assertThat(key.isBelow(new ObjectKey("a"))).isTrue();
        assertThat(key.isBelow(new ObjectKey("a/b.c"))).isFalse();
        assertThat(key.isBelow(new ObjectKey("a/b"))).isFalse();
        assertThat(new ObjectKey("é".repeat(450)).value()).hasSize(450);
    }
}
