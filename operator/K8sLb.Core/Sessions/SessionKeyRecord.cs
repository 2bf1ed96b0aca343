namespace K8sLb.Core;

/// <summary>A key that sessions' tokens are signed with.</summary>
/// <param name="Id">Of its own within the pool; never used again.</param>
/// <param name="NotBefore">It signs from then on, until the next one does.</param>
public sealed record SessionKeyRecord(uint Id, ReadOnlyMemory<byte> Secret, DateTimeOffset NotBefore);
