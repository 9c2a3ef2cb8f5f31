package io.icegate.server;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.configuration.ConfigSecuritySensitive;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How to reach the store of a warehouse: one that is S3-compatible, Google Cloud Storage or Azure Blob Storage. What is absent
 * comes from the usual environment of its cloud.
 */
public class StoreConfig
{
    private Optional<String> endpoint = Optional.empty();
    private Optional<Boolean> pathStyleAccess = Optional.empty();
    private Optional<String> accessKeyId = Optional.empty();
    private Optional<String> secretAccessKey = Optional.empty();
    private Optional<String> sessionToken = Optional.empty();
    private Optional<String> region = Optional.empty();
    private Optional<String> gcsEndpoint = Optional.empty();
    private Optional<Boolean> gcsAnonymous = Optional.empty();
    private Optional<String> gcsUserProject = Optional.empty();
    private Optional<String> azureEndpoint = Optional.empty();
    private Optional<String> azureAccountName = Optional.empty();
    private Optional<String> azureAccountKey = Optional.empty();

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

    public Optional<String> getGcsEndpoint()
    {
        return gcsEndpoint;
    }

    @Config("gcs.service.host")
    @ConfigDescription("URL of another server than Google's")
    public StoreConfig setGcsEndpoint(@Nullable String gcsEndpoint)
    {
        this.gcsEndpoint = Optional.ofNullable(gcsEndpoint);
        return this;
    }

    public Optional<Boolean> getGcsAnonymous()
    {
        return gcsAnonymous;
    }

    @Config("gcs.no-auth")
    @ConfigDescription("Send no credentials, as emulators want it")
    public StoreConfig setGcsAnonymous(@Nullable Boolean gcsAnonymous)
    {
        this.gcsAnonymous = Optional.ofNullable(gcsAnonymous);
        return this;
    }

    public Optional<String> getGcsUserProject()
    {
        return gcsUserProject;
    }

    @Config("gcs.user-project")
    @ConfigDescription("Project that pays for requests, where the owner of the bucket does not")
    public StoreConfig setGcsUserProject(@Nullable String gcsUserProject)
    {
        this.gcsUserProject = Optional.ofNullable(gcsUserProject);
        return this;
    }

    public Optional<String> getAzureEndpoint()
    {
        return azureEndpoint;
    }

    @Config("icegate.azure.endpoint")
    @ConfigDescription("URL of the blob service, where it is not the one that the warehouse names")
    public StoreConfig setAzureEndpoint(@Nullable String azureEndpoint)
    {
        this.azureEndpoint = Optional.ofNullable(azureEndpoint);
        return this;
    }

    public Optional<String> getAzureAccountName()
    {
        return azureAccountName;
    }

    @Config("adls.auth.shared-key.account.name")
    @ConfigDescription("Storage account of the account key")
    public StoreConfig setAzureAccountName(@Nullable String azureAccountName)
    {
        this.azureAccountName = Optional.ofNullable(azureAccountName);
        return this;
    }

    public Optional<String> getAzureAccountKey()
    {
        return azureAccountKey;
    }

    @Config("adls.auth.shared-key.account.key")
    @ConfigDescription("Account key of the storage account")
    @ConfigSecuritySensitive
    public StoreConfig setAzureAccountKey(@Nullable String azureAccountKey)
    {
        this.azureAccountKey = Optional.ofNullable(azureAccountKey);
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
        gcsEndpoint.ifPresent(value -> properties.put("gcs.service.host", value));
        gcsAnonymous.ifPresent(value -> properties.put("gcs.no-auth", value.toString()));
        gcsUserProject.ifPresent(value -> properties.put("gcs.user-project", value));
        azureEndpoint.ifPresent(value -> properties.put("icegate.azure.endpoint", value));
        azureAccountName.ifPresent(value -> properties.put("adls.auth.shared-key.account.name", value));
        azureAccountKey.ifPresent(value -> properties.put("adls.auth.shared-key.account.key", value));
        return properties;
    }
}
