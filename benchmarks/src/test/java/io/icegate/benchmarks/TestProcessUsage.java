package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestProcessUsage
{
    private static final String STAT = "4242 (a (strange) name) S 1 4242 4242 0 -1 4194560 9 0 0 0 1234 66 700 8 20 0 33 0 99 8192 77";
    private static final String STATUS = "Name:\tjava\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n";

    @Test
    void testTimesOfChildrenCount()
    {
        assertThat(ProcessUsage.parse(STAT, STATUS)).isEqualTo(new ProcessUsage(Duration.ofMillis(20_080), 100 << 20, 200 << 20));
    }

    @Test
    void testOwnProcess()
    {
        ProcessUsage usage = ProcessUsage.of(ProcessHandle.current());
        assertThat(usage.cpu()).isPositive();
        assertThat(usage.residentBytes()).isPositive().isLessThanOrEqualTo(usage.residentBytesMax());
    }

    @Test
    void testEndedProcess()
    {
        assertThatThrownBy(() -> ProcessUsage.parse(STAT, "Name:\tjava\n"))
                .isInstanceOf(CommandException.class)
                .hasMessage("Cannot measure a process: it has ended");
    }
}
