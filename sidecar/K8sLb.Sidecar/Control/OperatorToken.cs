using System.Net.Http.Headers;

namespace K8sLb.Sidecar.Control;

/// <summary>The token of this pod's service account, which the kubelet renews in its file long before it expires.</summary>
public sealed class OperatorToken(string file)
{
    private const int MaxLength = 16 * 1024;

    /// <exception cref="IOException">There is no token in it that could be sent; the message says why.</exception>
    public async ValueTask<AuthenticationHeaderValue> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(file, cancellation)).Trim();
            return token.Length is > 0 and <= MaxLength && token.All(c => c is > ' ' and <= '~')
                ? new("Bearer", token)
                : throw new IOException("it must hold a token alone");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"K8SLB_OPERATOR_TOKEN=\"{file}\" cannot be used: {e.Message}", e);
        }
    }
}
