package io.icegate.standalone.console;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class TestCounted
{
    @Test
    void testNumbers()
    {
        assertThat(Counted.of(0, "problem")).isEqualTo("0 problems");
        assertThat(Counted.of(1, "problem")).isEqualTo("1 problem");
        assertThat(Counted.of(2, "problem")).isEqualTo("2 problems");
        assertThat(Counted.of(Long.MAX_VALUE, "row")).isEqualTo("9223372036854775807 rows");
    }
}
