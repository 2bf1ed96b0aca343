using System.Net.Security;
using K8sLb.Core;

namespace K8sLb.Operator.Trust;

/// <summary>What this replica shows to sidecars.</summary>
internal sealed record ServerCertificate(ServerTerm Term, SslStreamCertificateContext Context);

/// <summary>The newest one; handshakes take it once, whatever comes after.</summary>
internal sealed class ServerCertificateInUse
{
    private volatile ServerCertificate? current;

    /// <summary>Null until the first one was made: nobody can be served before.</summary>
    public ServerCertificate? Current
    {
        get => current;
        set => current = value;
    }
}
