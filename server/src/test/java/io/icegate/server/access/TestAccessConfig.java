package io.icegate.server.access;

import io.icegate.server.reload.FileReloads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAccessConfig
{
    private static final TenantHeader TENANTS = new TenantHeader("X-Scope-OrgID", Optional.empty());
    private static final String KEY = "key-of-a-test-0123456789";

    @TempDir
    private Path folder;

    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(AccessConfig.class)
                .setKeysFile(null)
                .setKeys(null)
                .setOpenPages(false));
    }

    @Test
    void testExplicitPropertyMappings()
            throws IOException
    {
        Path file = Files.createFile(folder.resolve("keys"));
        assertFullMapping(
                Map.of("icegate.auth.keys-file", file.toString(), "icegate.auth.keys", "a * sha256:00", "icegate.auth.open-pages", "true"),
                new AccessConfig().setKeysFile(file).setKeys("a * sha256:00").setOpenPages(true));
    }

    @Test
    void testKeys()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("keys"), "file * %s\n".formatted(KeyHash.of(KEY)));
        String other = "other-" + KEY;
        AccessConfig config = new AccessConfig().setKeysFile(file).setKeys("environment * " + KeyHash.of(other));
        try (FileReloads reloads = new FileReloads()) {
            AccessControl access = config.accessControl(TENANTS, reloads, InstantSource.system());
            assertThat(access.principal(header -> header.equals("X-API-Key") ? List.of(KEY) : List.of()).name()).isEqualTo("file");
            assertThat(access.principal(header -> header.equals("X-API-Key") ? List.of(other) : List.of()).name()).isEqualTo("environment");
            assertThatThrownBy(() -> access.principal(_ -> List.of())).isInstanceOf(AccessException.class);
        }
    }

    /**
     * Keys are asked for as soon as one of the settings is there: an empty list lets nobody in.
     */
    @Test
    void testEmptyListLetsNobodyIn()
            throws IOException
    {
        Path file = Files.createFile(folder.resolve("keys"));
        try (FileReloads reloads = new FileReloads()) {
            for (AccessConfig config : new AccessConfig[] {new AccessConfig().setKeysFile(file), new AccessConfig().setKeys("")}) {
                AccessControl access = config.accessControl(TENANTS, reloads, InstantSource.system());
                assertThatThrownBy(() -> access.principal(_ -> List.of())).isInstanceOf(AccessException.class);
                assertThatThrownBy(() -> access.principal(header -> header.equals("X-API-Key") ? List.of(KEY) : List.of())).isInstanceOf(AccessException.class);
            }
            assertThat(new AccessConfig().accessControl(TENANTS, reloads, InstantSource.system()).principal(_ -> List.of())).isEqualTo(Principal.ANYBODY);
        }
    }

    @Test
    void testMistakes()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("keys"), "a * %s\n".formatted(KEY));
        try (FileReloads reloads = new FileReloads()) {
            assertThatThrownBy(() -> new AccessConfig().setKeysFile(file).accessControl(TENANTS, reloads, InstantSource.system()))
                    .hasMessage("Cannot use keys of icegate.auth.keys-file %s: line 1: the hash of a key is 'sha256:' and 64 digits of lower-case hex".formatted(file));
            assertThatThrownBy(() -> new AccessConfig().setKeys(KEY).accessControl(TENANTS, reloads, InstantSource.system()))
                    .hasMessage("Cannot use keys of icegate.auth.keys: line 1: a key has a name, tenants, a hash and perhaps an expiry, and not 1 fields");
            assertThatThrownBy(() -> new AccessConfig().setKeysFile(folder.resolve("none")).accessControl(TENANTS, reloads, InstantSource.system()))
                    .hasMessage("Cannot read keys of icegate.auth.keys-file %s: there is no file %s".formatted(folder.resolve("none"), folder.resolve("none")));
        }
    }
}
