package io.icegate.server.access;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.configuration.ConfigSecuritySensitive;
import io.airlift.configuration.validation.FileExists;
import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who may use a server.
 */
public class AccessConfig
{
    private Optional<Path> keysFile = Optional.empty();
    private Optional<String> keys = Optional.empty();
    private boolean openPages;

    public Optional<@FileExists Path> getKeysFile()
    {
        return keysFile;
    }

    @Config("icegate.auth.keys-file")
    @ConfigDescription("File of the keys that are valid, read again when it changes; with it or icegate.auth.keys, requests without a key are refused")
    public AccessConfig setKeysFile(@Nullable Path keysFile)
    {
        this.keysFile = Optional.ofNullable(keysFile);
        return this;
    }

    public Optional<String> getKeys()
    {
        return keys;
    }

    @Config("icegate.auth.keys")
    @ConfigDescription("Keys like those of icegate.auth.keys-file, with semicolons between them; ${ENV:NAME} takes them from an environment variable")
    @ConfigSecuritySensitive
    public AccessConfig setKeys(@Nullable String keys)
    {
        this.keys = Optional.ofNullable(keys);
        return this;
    }

    public boolean isOpenPages()
    {
        return openPages;
    }

    @Config("icegate.auth.open-pages")
    @ConfigDescription("Show /metrics and the reason of /ready to requests without a key")
    public AccessConfig setOpenPages(boolean openPages)
    {
        this.openPages = openPages;
        return this;
    }

    /**
     * Reads the keys.
     *
     * @param reloads looks for new keys
     * @throws IllegalArgumentException when they cannot be used
     */
    public AccessControl accessControl(TenantHeader tenants, FileReloads reloads, InstantSource clock)
    {
        List<Supplier<ApiKeys>> lists = new ArrayList<>();
        keysFile.ifPresent(file -> {
            ReloadedFiles<ApiKeys> reloaded = new ReloadedFiles<>("keys of icegate.auth.keys-file %s".formatted(file), List.of(file), contents -> ApiKeys.parseFile(contents.getFirst()));
            lists.add(reloads.watch(reloaded)::current);
        });
        keys.ifPresent(text -> {
            ApiKeys fixed = parse(text);
            lists.add(() -> fixed);
        });
        return lists.isEmpty() ? AccessControl.open(tenants) : AccessControl.withKeys(tenants, () -> lists.stream().map(Supplier::get).toList(), openPages ? AccessControl.Pages.OPEN : AccessControl.Pages.WITH_KEY, clock);
    }

    private static ApiKeys parse(String text)
    {
        try {
            return ApiKeys.parseSetting(text);
        }
        catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Cannot use keys of icegate.auth.keys: %s".formatted(e.getMessage()), e);
        }
    }
}
