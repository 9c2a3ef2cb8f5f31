package io.icegate.server.access;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestApiKeys
{
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    /**

    @Test
    void testHash()
    {
        assertThat(KeyHash.parse(KeyHash.of(KEY).toString())).isEqualTo(KeyHash.of(KEY)).hasSameHashCodeAs(KeyHash.of(KEY));
        // the example of FIPS 180-2
        assertThat(KeyHash.of("abc")).hasToString("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(KeyHash.of("abc")).isNotEqualTo(KeyHash.of("abd"));
        assertThatThrownBy(() -> KeyHash.parse(KEY)).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining(KEY);
        assertThatThrownBy(() -> KeyHash.parse(KeyHash.of(KEY).toString().toUpperCase(Locale.ROOT))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void testLines()
    {
        ApiKeys keys = ApiKeys.parseFile("""
                # name tenants hash expiry; a comment may hold anything

                one\tshop  %s
                 many  shop,billing,a.b@c-d_e %s 2027-01-01T00:00:01Z\s
                all * %s\r
                old * %s 2026-12-31T23:59:59Z
                """.formatted(hash(1), hash(2), hash(3), hash(4)).getBytes(UTF_8));
        assertThat(find(keys, key(1))).contains(new Principal("one", false, Set.of("shop"), true));
        assertThat(find(keys, key(2))).contains(new Principal("many", false, Set.of("shop", "billing", "a.b@c-d_e"), true));
        assertThat(find(keys, key(3))).contains(new Principal("all", true, Set.of(), true));
        assertThatThrownBy(() -> find(keys, key(4)))
                .isInstanceOfSatisfying(AccessException.class, e -> assertThat(e.reason()).isEqualTo(AccessException.Reason.UNAUTHENTICATED))
                .hasMessage("Cannot accept request: the key of 'old' has expired");
        assertThat(find(keys, key(5))).isEmpty();
        assertThat(find(keys, key(1) + " ")).isEmpty();
        assertThat(find(keys, "")).isEmpty();
        assertThat(find(ApiKeys.parseSetting(""), key(1))).isEmpty();
    }

    @Test
    void testReadOnly()
    {
        ApiKeys keys = ApiKeys.parseSetting("a * %s read-only;b shop %s 2027-01-01T00:00:01Z read-only;c * %s".formatted(hash(1), hash(2), hash(3)));
        assertThat(find(keys, key(1))).contains(new Principal("a", true, Set.of(), false));
        assertThat(find(keys, key(2))).contains(new Principal("b", false, Set.of("shop"), false));
        assertThat(find(keys, key(3))).contains(new Principal("c", true, Set.of(), true));
        assertMistake("a * %s read-only 2027-01-01T00:00:01Z".formatted(hash(1)), "line 1: a key has a name, tenants, a hash and perhaps an expiry, and not 5 fields");
    }

    @Test
    void testSemicolonsOfASetting()
    {
        ApiKeys keys = ApiKeys.parseSetting("a * %s;b * %s ; ;c * %s\nd * %s;".formatted(hash(1), hash(2), hash(3), hash(4)));
        for (int number = 1; number <= 4; number++) {
            assertThat(find(keys, key(number))).as("%s", number).isPresent();
        }
    }

    @Test
    void testExpiryIsTheFirstInstantWithoutTheKey()
    {
        ApiKeys keys = ApiKeys.parseSetting("a * %s 2027-01-01T00:00:01Z".formatted(hash(1)));
        assertThat(ApiKeys.find(List.of(keys), key(1), NOW.plusMillis(999))).isPresent();
        assertThatThrownBy(() -> ApiKeys.find(List.of(keys), key(1), NOW.plusSeconds(1))).isInstanceOf(AccessException.class);
    }

    @Test
    void testSeveralLists()
    {
        List<ApiKeys> lists = List.of(ApiKeys.parseSetting("a shop " + hash(1)), ApiKeys.parseSetting("b * %s;c * %s".formatted(hash(1), hash(2))));
        assertThat(ApiKeys.find(lists, key(1), NOW)).contains(new Principal("a", false, Set.of("shop"), true));
        assertThat(ApiKeys.find(lists, key(2), NOW)).contains(new Principal("c", true, Set.of(), true));
    }

    /**
     * Nobody guesses a key of the least length; shorter ones are made by people, and are never valid.
     */
    @Test
    void testLengths()
    {
        for (int length : new int[] {ApiKeys.KEY_LENGTH_MIN, ApiKeys.KEY_LENGTH_MAX}) {
            assertThat(find(ApiKeys.parseSetting("a * " + KeyHash.of("k".repeat(length))), "k".repeat(length))).as("%s", length).isPresent();
        }
        for (int length : new int[] {0, ApiKeys.KEY_LENGTH_MIN - 1, ApiKeys.KEY_LENGTH_MAX + 1}) {
            assertThat(find(ApiKeys.parseSetting("a * " + KeyHash.of("k".repeat(length))), "k".repeat(length))).as("%s", length).isEmpty();
        }
    }

    @Test
    void testMistakesNameTheLineAndHoldNothingOfIt()
    {
        assertMistake("a * %s\n%s".formatted(hash(1), KEY), "line 2: a key has a name, tenants, a hash and perhaps an expiry, and not 1 fields");
        assertMistake("%s * %s 2027-01-01T00:00:00Z more".formatted(KEY, hash(1)), "line 1: a key has a name, tenants, a hash and perhaps an expiry, and not 5 fields");
        assertMistake("a * " + KEY, "line 1: the hash of a key is 'sha256:' and 64 digits of lower-case hex");
        assertMistake("a/%s * %s".formatted(KEY, hash(1)), "line 1: the name does not match [A-Za-z0-9_.@-]{1,128}");
        for (String tenants : List.of("a/" + KEY, "a,", ",a", "*,a", "a,*", "a,,b", "x".repeat(129))) {
            assertMistake("a %s %s".formatted(tenants, hash(1)), "line 1: tenants are '*', or match [A-Za-z0-9_.@-]{1,128} and have a comma between them");
        }
        for (String expiry : List.of(KEY, "2027-01-01", "2027-13-01T00:00:00Z", "1800000000")) {
            assertMistake("a * %s %s".formatted(hash(1), expiry), "line 1: the expiry is no time like 2030-12-31T00:00:00Z");
        }
        assertMistake("a * %s\n\nb * %s".formatted(hash(1), hash(1)), "line 3: the key is on line 1 already");
        assertThatThrownBy(() -> ApiKeys.parseFile(new byte[] {'a', (byte) 0xFF})).isInstanceOf(IllegalArgumentException.class).hasMessage("it is not UTF-8");
    }

    @Test
    void testCountIsBounded()
    {
        String most = IntStream.range(0, ApiKeys.KEYS_MAX).mapToObj(i -> "a * " + hash(i)).collect(Collectors.joining("\n"));
        assertThat(find(ApiKeys.parseSetting(most), key(0))).isPresent();
        assertMistake("%s\na * %s".formatted(most, hash(ApiKeys.KEYS_MAX)), "line 10001: there are more than 10000 keys");
    }

    private static void assertMistake(String text, String message)
    {
        assertThatThrownBy(() -> ApiKeys.parseSetting(text)).isInstanceOf(IllegalArgumentException.class).hasMessage(message).hasMessageNotContaining(KEY);
    }

    private static Optional<Principal> find(ApiKeys keys, String key)
    {
        return ApiKeys.find(List.of(keys), key, NOW);
    }

    private static String key(int number)
    {
        return "key-of-a-test-%08d".formatted(number);
    }

    private static String hash(int number)
    {
        return KeyHash.of(key(number)).toString();
    }
}
