package io.icegate.catalog;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestProgramName
{
    private static final String PROCESS = ":" + ProcessHandle.current().pid();

    @Test
    void testTheProgramOfTheProperties()
    {
        assertThat(name("nightly-job")).startsWith("nightly-job@").endsWith(PROCESS);
        assertThat(name("x".repeat(1_000))).hasSize(256).startsWith("xxx").contains("@").endsWith(PROCESS);
    }

    @Test
    void testTheMainClassOfThisProcess()
    {
        String main = name(" ");
        assertThat(main).isEqualTo(ProgramName.of(Map.of())).endsWith(PROCESS).doesNotContain("/", " ");
        assertThat(main.substring(0, main.indexOf('@'))).isNotEmpty();
    }

    private static String name(String program)
    {
        return ProgramName.of(Map.of(ProgramName.PROGRAM, program));
    }
}
