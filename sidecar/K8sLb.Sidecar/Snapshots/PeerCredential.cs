using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>What peers must present on this member's peer port: 32 random bytes as base64url, kept for the pod's life.</summary>
public sealed class PeerCredential
{
    private const int RandomBytes = 32;
    private byte[] bytes;

    private PeerCredential(string value) => bytes = Encoding.ASCII.GetBytes(value);

    public string Value => Encoding.ASCII.GetString(Volatile.Read(ref bytes));

    /// <summary>In constant time for equal lengths.</summary>
    public bool Matches(string presented) =>
        CryptographicOperations.FixedTimeEquals(Volatile.Read(ref bytes), Encoding.ASCII.GetBytes(presented));

    /// <summary>A static pool names its members' credentials, as there is no operator to hand them round.</summary>
    public void Adopt(string value) => Volatile.Write(ref bytes, Encoding.ASCII.GetBytes(value));

    public static PeerCredential Create() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>A restarted container takes up its old credential, which peers still hold.</summary>
    /// <param name="notKept">Told where the credential could not be read or kept; it is good for this process then.</param>
    public static PeerCredential LoadOrCreate(string path, Action<Exception> notKept)
    {
        try
        {
            if (File.Exists(path))
            {
                var kept = File.ReadAllText(path).Trim();
                if (Base64Url.IsValid(kept, out var length) && length == RandomBytes)
                {
                    return new(kept);
                }
                notKept(
                    new InvalidDataException($"{path} does not hold {RandomBytes} bytes as base64url; it is replaced")
                );
            }
            var created = Create();
            AtomicFile.Write(path, created.bytes);
            return created;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notKept(e);
            return Create();
        }
    }
}
