package io.icegate.server.access;

import io.icegate.server.OperatorPages;
import io.icegate.server.access.AccessException.Reason;
import org.assertj.core.api.ThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAccessControl
{
    private static final String SHOP = "key-for-one-tenant-0123456789";
    private static final String TEAM = "key-for-two-tenants-0123456789";
    private static final String ALL = "key-for-all-tenants-0123456789";
    private static final String READER = "key-for-reading-only-0123456789";
    private static final String TENANT = "X-Scope-OrgID";

    private static final List<ApiKeys> KEYS = List.of(ApiKeys.parseSetting("shop shop %s;team shop,billing %s;all * %s;reader * %s read-only".formatted(KeyHash.of(SHOP), KeyHash.of(TEAM), KeyHash.of(ALL), KeyHash.of(READER))));

    private final AccessControl access = access(Optional.empty());

    private static AccessControl access(Optional<String> defaultTenant)
    {
        return AccessControl.withKeys(new TenantHeader(TENANT, defaultTenant), () -> KEYS, AccessControl.Pages.WITH_KEY, InstantSource.fixed(Instant.EPOCH));
    }

    @Test
    void testWaysToSendAKey()
    {
        for (String[] headers : new String[][] {
                {"Authorization", "Bearer " + SHOP},
                {"authorization", "bearer  " + SHOP},
                {"AUTHORIZATION", "BEARER %s ".formatted(SHOP)},
                {"Authorization", basic("anybody", SHOP)},
                {"Authorization", basic("", SHOP).replace("Basic", "bAsIc")},
                {"X-API-Key", SHOP},
                {"x-api-key", SHOP},
                // the same one more than once
                {"X-API-Key", SHOP, "X-API-Key", SHOP},
                {"X-API-Key", SHOP, "Authorization", "Bearer " + SHOP, "Authorization", basic("shop", SHOP)},
        }) {
            assertThat(access.principal(headers(headers)).name()).as("%s", List.of(headers)).isEqualTo("shop");
        }
    }

    @Test
    void testNoKeyOrAWrongOne()
    {
        assertRefused(Reason.UNAUTHENTICATED, "Cannot accept request: it has no key; send header Authorization or X-API-Key");
        for (String wrong : List.of("", " ", "Bearer", "Bearer ", SHOP, "Bearer" + SHOP, "Digest " + SHOP, "Bearer a b", "Bearer %s, Bearer %s".formatted(SHOP, ALL), "Basic " + SHOP, "Basic !", "Bearer " + SHOP + "\u00e9", "Basic " + Base64.getEncoder().encodeToString(SHOP.getBytes(UTF_8)))) {
            assertRefused(Reason.UNAUTHENTICATED, null, "Authorization", wrong);
        }
        for (String wrong : List.of("", " ", SHOP + " ", SHOP.toUpperCase(Locale.ROOT), SHOP.substring(1), "Bearer " + SHOP, KeyHash.of(SHOP).toString(), "*")) {
            assertRefused(Reason.UNAUTHENTICATED, "Cannot accept request: the key is not valid", "X-API-Key", wrong);
        }
        assertRefused(Reason.UNAUTHENTICATED, "Cannot accept request: the key is not valid", "Authorization", basic(SHOP, ""));
    }

    /**
     * It names its sender, and stores nothing.
     */
    @Test
    void testReadOnlyKey()
    {
        RequestHeaders headers = headers("X-API-Key", READER, TENANT, "shop");
        Principal principal = access.principal(headers);
        assertThat(principal.name()).isEqualTo("reader");
        for (ThrowableAssert.ThrowingCallable refused : List.<ThrowableAssert.ThrowingCallable>of(() -> AccessControl.verifyMayChange(principal), () -> access.tenant(principal, headers))) {
            assertThatThrownBy(refused)
                    .isInstanceOfSatisfying(AccessException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN))
                    .hasMessage("Cannot accept request: the key of 'reader' is for reading only");
        }
    }

    /**
     * Of two that differ, a proxy may have checked the other one.
     */
    @Test
    void testTwoKeys()
    {
        assertRefused(Reason.INVALID, "Cannot accept request: it has 2 keys, and they differ", "Authorization", "Bearer " + SHOP, "Authorization", "Bearer " + ALL);
        assertRefused(Reason.INVALID, null, "Authorization", "Bearer " + SHOP, "X-API-Key", ALL);
        assertRefused(Reason.INVALID, null, "X-API-Key", ALL, "X-API-Key", "wrong");
        assertRefused(Reason.UNAUTHENTICATED, null, "Authorization", "Bearer " + SHOP, "Authorization", "Negotiate x");
    }

    @Test
    void testTenants()
    {
        assertThat(tenant(access, SHOP)).isEqualTo("shop");
        assertThat(tenant(access, SHOP, TENANT, "shop")).isEqualTo("shop");
        assertThat(tenant(access, TEAM, "x-scope-orgid", "billing", "X-SCOPE-ORGID", "billing")).isEqualTo("billing");
        assertThat(tenant(access, ALL, TENANT, "another")).isEqualTo("another");
        assertThat(tenant(access(Optional.of("shop")), TEAM)).isEqualTo("shop");
        assertThat(tenant(access(Optional.of("default")), SHOP)).as("its own rather than the default").isEqualTo("shop");
        assertThat(tenant(access(Optional.of("default")), ALL)).isEqualTo("default");
    }

    @Test
    void testTenantsThatAreRefused()
    {
        assertForbidden(SHOP, "billing");
        assertForbidden(SHOP, "SHOP");
        assertForbidden(TEAM, "shop.billing");
        for (String invalid : List.of("", " ", "*", "a/b", "shop,billing", "shop ", "x".repeat(129), "sh\u00f6p")) {
            assertTenantRefused(access(Optional.of("shop")), SHOP, Reason.INVALID, "Cannot accept request: header X-Scope-OrgID holds no valid tenant; it must match [A-Za-z0-9_.@-]{1,128}", TENANT, invalid);
        }
        assertTenantRefused(access, TEAM, Reason.INVALID, "Cannot accept request: there are 2 headers X-Scope-OrgID, and they differ", TENANT, "shop", TENANT, "billing");
        assertTenantRefused(access, TEAM, Reason.INVALID, "Cannot accept request: header X-Scope-OrgID is missing and there is no default; send it, or set icegate.tenant.default");
        assertTenantRefused(access(Optional.of("other")), TEAM, Reason.INVALID, "Cannot accept request: header X-Scope-OrgID is missing, and the default tenant is not one of 'team'; send it");
    }

    @Test
    void testWithoutKeysEverybodyIsLetIn()
    {
        AccessControl open = AccessControl.open(new TenantHeader(TENANT, Optional.of("default")));
        Principal principal = open.principal(headers("Authorization", "nonsense"));
        assertThat(principal).isEqualTo(Principal.ANYBODY);
        assertThat(open.tenant(principal, headers())).isEqualTo("default");
        assertThat(open.tenant(principal, headers(TENANT, "other"))).isEqualTo("other");
        assertThatThrownBy(() -> open.tenant(principal, headers(TENANT, "a", TENANT, "b"))).isInstanceOf(AccessException.class);
        assertThat(open.viewer(headers())).isEqualTo(OperatorPages.Viewer.OPERATOR);
    }

    @Test
    void testPages()
    {
        assertThat(access.viewer(headers())).isEqualTo(OperatorPages.Viewer.ANYBODY);
        assertThat(access.viewer(headers("X-API-Key", "wrong"))).isEqualTo(OperatorPages.Viewer.ANYBODY);
        assertThat(access.viewer(headers("X-API-Key", SHOP))).isEqualTo(OperatorPages.Viewer.OPERATOR);
        AccessControl openPages = AccessControl.withKeys(new TenantHeader(TENANT, Optional.empty()), () -> KEYS, AccessControl.Pages.OPEN, InstantSource.fixed(Instant.EPOCH));
        assertThat(openPages.viewer(headers())).isEqualTo(OperatorPages.Viewer.OPERATOR);
        assertThatThrownBy(() -> openPages.principal(headers())).isInstanceOf(AccessException.class);
    }

    private void assertForbidden(String key, String tenant)
    {
        assertTenantRefused(access, key, Reason.FORBIDDEN, "Cannot accept request: the key of '%s' is not for the tenant in header X-Scope-OrgID".formatted(key.equals(SHOP) ? "shop" : "team"), TENANT, tenant);
    }

    private static String tenant(AccessControl access, String key, String... headers)
    {
        RequestHeaders sent = headers(headers);
        return access.tenant(access.principal(headers("X-API-Key", key)), sent);
    }

    private static void assertTenantRefused(AccessControl access, String key, Reason reason, String message, String... headers)
    {
        assertThatThrownBy(() -> tenant(access, key, headers))
                .as("%s", List.of(headers))
                .isInstanceOfSatisfying(AccessException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(message);
    }

    private void assertRefused(Reason reason, @Nullable String message, String... headers)
    {
        assertThatThrownBy(() -> access.principal(headers(headers)))
                .as("%s", List.of(headers))
                .isInstanceOfSatisfying(AccessException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e.getMessage()).startsWith("Cannot accept request: ").doesNotContain(SHOP, ALL);
                    if (message != null) {
                        assertThat(e.getMessage()).isEqualTo(message);
                    }
                });
    }

    /**
     * Names and values in turn, in the order sent.
     */
    private static RequestHeaders headers(String... namesAndValues)
    {
        return name -> IntStream.range(0, namesAndValues.length / 2)
                .filter(index -> namesAndValues[2 * index].equalsIgnoreCase(name))
                .mapToObj(index -> namesAndValues[2 * index + 1])
                .toList();
    }

    private static String basic(String user, String password)
    {
        return "Basic " + Base64.getEncoder().encodeToString("%s:%s".formatted(user, password).getBytes(UTF_8));
    }
}
