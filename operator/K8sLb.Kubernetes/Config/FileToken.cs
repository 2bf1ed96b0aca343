namespace K8sLb.Kubernetes;

/// <summary>
/// A token in a file that is rewritten before the token expires, as the kubelet does with projected tokens (at 80 % of their life).
/// </summary>
public sealed class FileToken(string path, TimeProvider? time = null) : BearerToken
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private string? last;
    private long readAt;

    public override string Current
    {
        get
        {
            lock (gate)
            {
                if (last is null || time.GetElapsedTime(readAt) >= ReadAgainAfter)
                {
                    Read();
                }
                return last!;
            }
        }
    }

    public override bool Refused(string token)
    {
        lock (gate)
        {
            Read();
            return last != token;
        }
    }

    private void Read()
    {
        readAt = time.GetTimestamp();
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length > 0)
            {
                last = text;
            }
        }
        catch (Exception e) when (last is not null && e is IOException or UnauthorizedAccessException)
        {
            // In the middle of a rotation: the last token is valid still, or the server says that it is not.
        }
        if (last is null)
        {
            throw new IOException($"{path} is empty; it must hold a token");
        }
    }
}
