package io.icegate.alerting.state;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLabels
{
    @Test
    void testEmptyValuesAreNoLabels()
    {
        assertThat(Labels.of(Map.of("a", "", "b", "1"))).isEqualTo(Labels.of(Map.of("b", "1")));
    }

    @Test
    void testFingerprintIsThatOfNamesAndValues()
    {
        Labels labels = Labels.of(Map.of("service_name", "cart", "zone", "a"));
        assertThat(labels.fingerprint("Errors")).hasSize(16).isEqualTo(Labels.of(Map.of("zone", "a", "service_name", "cart")).fingerprint("Errors"));
        assertThat(labels.fingerprint("Other")).isNotEqualTo(labels.fingerprint("Errors"));
        assertThat(Labels.of(Map.of("a", "bc")).fingerprint("Errors")).isNotEqualTo(Labels.of(Map.of("ab", "c")).fingerprint("Errors"));
    }
}
