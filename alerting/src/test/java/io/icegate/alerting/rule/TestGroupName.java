package io.icegate.alerting.rule;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestGroupName
{
    @Test
    void testPathsOfTenants()
    {
        assertThat(path("shop")).isEqualTo("shop/g");
        assertThat(path("Shop_1.de@x-y")).isEqualTo("Shop_1.de@x-y/g");
        assertThat(path("..")).isEqualTo("%2E./g");
        assertThat(path("a/b")).isEqualTo("a%2Fb/g");
        assertThat(path("a%2Fb")).isEqualTo("a%252Fb/g");
        assertThat(path("é")).isEqualTo("%C3%A9/g");
    }

    @Test
    void testInvalidNames()
    {
        assertThatThrownBy(() -> new GroupName("", "g")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GroupName("shop", "a/b")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String path(String tenant)
    {
        return new GroupName(tenant, "g").path();
    }
}
