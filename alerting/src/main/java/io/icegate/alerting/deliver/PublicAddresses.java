package io.icegate.alerting.deliver;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

import static java.util.Objects.requireNonNull;

/**
 * Resolves names to addresses of the internet only. The client connects to exactly what is returned here, so a name that answers differently the next
 * time it is asked leads nowhere else. A name with one address that is not public is refused whole.
 */
final class PublicAddresses
        implements DnsResolver
{
    private final DnsResolver resolver;

    PublicAddresses()
    {
        this(SystemDefaultDnsResolver.INSTANCE);
    }

    PublicAddresses(DnsResolver resolver)
    {
        this.resolver = requireNonNull(resolver, "resolver is null");
    }

    @Override
    public InetAddress[] resolve(String host)
            throws UnknownHostException
    {
        InetAddress[] addresses = resolver.resolve(host);
        for (InetAddress address : addresses) {
            if (!isPublic(address)) {
                throw new UnknownHostException("%s is at %s, which is no public address".formatted(host, address.getHostAddress()));
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host)
            throws UnknownHostException
    {
        return resolver.resolveCanonicalHostname(host);
    }

    static boolean isPublic(InetAddress address)
    {
        if (address.isAnyLocalAddress() || address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isSiteLocalAddress() || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address ? isPublicIpv6(bytes) : isPublicIpv4(bytes);
    }

    private static boolean isPublicIpv4(byte[] bytes)
    {
        int first = Byte.toUnsignedInt(bytes[0]);
        int second = Byte.toUnsignedInt(bytes[1]);
        return first != 0
                // shared by carriers
                && !(first == 100 && second >= 64 && second < 128)
                // of protocols
                && !(first == 192 && second == 0 && bytes[2] == 0)
                // of benchmarks
                && !(first == 198 && (second == 18 || second == 19))
                // reserved, and broadcast
                && first < 240;
    }

    private static boolean isPublicIpv6(byte[] bytes)
    {
        // only 2000::/3 is given out; of it 2001::/23 belongs to protocols, and 2002::/16 leads to any IPv4 address
        int first = Byte.toUnsignedInt(bytes[0]);
        int second = Byte.toUnsignedInt(bytes[1]);
        return first >= 0x20 && first < 0x40
                && !(first == 0x20 && second == 0x02)
                && !(first == 0x20 && second == 0x01 && Byte.toUnsignedInt(bytes[2]) < 2);
    }
}
