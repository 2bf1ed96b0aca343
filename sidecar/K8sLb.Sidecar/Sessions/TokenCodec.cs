using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;

namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// Tokens as text: base64url of version (1 byte), key id (4), start of the session in Unix milliseconds (8), session (8), owner (8),
/// all big-endian, and the first 16 bytes of an HMAC-SHA256 of these. 45 bytes make 60 characters without a bit to spare, so no two
/// texts are the same token. Neither reads nor writes allocate.
/// </summary>
public static class TokenCodec
{
    public const int TextLength = 60;

    private const byte Version = 1;
    private const int KeyIdAt = 1;
    private const int IssuedAt = 5;
    private const int SessionAt = 13;
    private const int OwnerAt = 21;
    private const int MacAt = 29;
    private const int MacLength = 16;
    private const int Length = MacAt + MacLength;

    /// <param name="now">Tokens whose session began longer ago than the timeout are none any more.</param>
    public static TokenVerdict TryRead(
        ReadOnlySpan<char> text,
        SessionKeyRing keys,
        TimeSpan timeout,
        DateTimeOffset now,
        out SessionToken token
    )
    {
        token = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (
            text.Length != TextLength
            || Base64Url.DecodeFromChars(text, bytes, out var read, out var written)
                != System.Buffers.OperationStatus.Done
            || read != TextLength
            || written != Length
            || bytes[0] != Version
        )
        {
            return TokenVerdict.Malformed;
        }
        if (keys.Find(BinaryPrimitives.ReadUInt32BigEndian(bytes[KeyIdAt..])) is not { } key)
        {
            return TokenVerdict.UnknownKey;
        }
        Span<byte> mac = stackalloc byte[MacLength];
        Sign(bytes[..MacAt], key, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[MacAt..]))
        {
            return TokenVerdict.Forged;
        }
        var issued = BinaryPrimitives.ReadInt64BigEndian(bytes[IssuedAt..]);
        if (issued < 0 || issued > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return TokenVerdict.Malformed;
        }
        token = new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[SessionAt..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[OwnerAt..]),
            DateTimeOffset.FromUnixTimeMilliseconds(issued)
        );
        return now - token.IssuedAt < timeout ? TokenVerdict.Valid : TokenVerdict.Expired;
    }

    /// <param name="text">Of <see cref="TextLength"/>.</param>
    public static void Write(in SessionToken token, RingKey key, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[KeyIdAt..], key.Id);
        BinaryPrimitives.WriteInt64BigEndian(bytes[IssuedAt..], token.IssuedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[SessionAt..], token.Session);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[OwnerAt..], token.Owner);
        Sign(bytes[..MacAt], key, bytes[MacAt..]);
        var isWritten = Base64Url.TryEncodeToChars(bytes, text, out var length);
        Debug.Assert(isWritten && length == TextLength);
    }

    private static void Sign(ReadOnlySpan<byte> what, RingKey key, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Secret, what, whole);
        whole[..MacLength].CopyTo(mac);
    }
}
