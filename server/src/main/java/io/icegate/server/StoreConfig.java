package io.icegate.server;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.configuration.ConfigSecuritySensitive;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How to reach an S3-compatible store. What is absent comes from the usual AWS environment.
 */
public class StoreConfig
{
    private Optional<String> endpoint = Optional.empty();
    private Optional<Boolean> pathStyleAccess = Optional.empty();
    private Optional<String> accessKeyId = Optional.empty();
    private Optional<String> secretAccessKey = Optional.empty();
    private Optional<String> sessionToken = Optional.empty();
    private Optional<String> region = Optional.empty();

    public Optional<String> getEndpoint()
    {
        return endpoint;
    }

    @Config("s3.endpoint")
    @ConfigDescription("URL of the S3-compatible store")
    public StoreConfig setEndpoint(@Nullable String endpoint)
    {
        this.endpoint = Optional.ofNullable(endpoint);
        return this;
    }

    public Optional<Boolean> getPathStyleAccess()
    {
        return pathStyleAccess;
    }

    @Config("s3.path-style-access")
    @ConfigDescription("Put the bucket into the path of the URL instead of the host name")
    public StoreConfig setPathStyleAccess(@Nullable Boolean pathStyleAccess)
    {
        this.pathStyleAccess = Optional.ofNullable(pathStyleAccess);
        return this;
    }

    public Optional<String> getAccessKeyId()
    {
        return accessKeyId;
    }

    @Config("s3.access-key-id")
    @ConfigDescription("Access key")
    public StoreConfig setAccessKeyId(@Nullable String accessKeyId)
    {
        this.accessKeyId = Optional.ofNullable(accessKeyId);
        return this;
    }

    public Optional<String> getSecretAccessKey()
    {
        return secretAccessKey;
    }

    @Config("s3.secret-access-key")
    @ConfigDescription("Secret of the access key")
    @ConfigSecuritySensitive
    public StoreConfig setSecretAccessKey(@Nullable String secretAccessKey)
    {
        this.secretAccessKey = Optional.ofNullable(secretAccessKey);
        return this;
    }

    public Optional<String> getSessionToken()
    {
        return sessionToken;
    }

    @Config("s3.session-token")
    @ConfigDescription("Session token of temporary credentials")
    @ConfigSecuritySensitive
    public StoreConfig setSessionToken(@Nullable String sessionToken)
    {
        this.sessionToken = Optional.ofNullable(sessionToken);
        return this;
    }

    public Optional<String> getRegion()
    {
        return region;
    }

    @Config("client.region")
    @ConfigDescription("Region of the store")
    public StoreConfig setRegion(@Nullable String region)
    {
        this.region = Optional.ofNullable(region);
        return this;
    }

    /**
     * The properties as Iceberg names them.
     */
    public Map<String, String> properties()
    {
        Map<String, String> properties = new TreeMap<>();
        endpoint.ifPresent(value -> properties.put("s3.endpoint", value));
        pathStyleAccess.ifPresent(value -> properties.put("s3.path-style-access", value.toString()));
        accessKeyId.ifPresent(value -> properties.put("s3.access-key-id", value));
        secretAccessKey.ifPresent(value -> properties.put("s3.secret-access-key", value));
        sessionToken.ifPresent(value -> properties.put("s3.session-token", value));
        region.ifPresent(value -> properties.put("client.region", value));
        return properties;
    }
}
