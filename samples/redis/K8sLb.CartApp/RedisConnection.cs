using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.CartApp;

/// <summary>
/// Commands to Redis, one after the other on one connection, in its protocol RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
/// Here so that this example has no dependency; an application of your own is better off with StackExchange.Redis.
/// </summary>
internal sealed class RedisConnection(string host, int port) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim one = new(1, 1);
    private TcpClient? client;
    private BufferedStream? stream;

    /// <returns>A string, a long, an array of such, or null.</returns>
    /// <exception cref="RedisException">It could not be asked, or refused. Whether it was done is not known then.</exception>
    public async Task<object?> AskAsync(params string[] command)
    {
        using var limit = new CancellationTokenSource(Patience);
        await one.WaitAsync(limit.Token);
        try
        {
            var open = stream ?? await OpenAsync(limit.Token);
            await SendAsync(open, command, limit.Token);
            return await ReadAsync(open, limit.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // What comes next on this connection would be the answer to this command.
            Close();
            throw new RedisException($"Redis at {host}:{port} did not answer {command[0]}: {e.Message}", e);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        Close();
        one.Dispose();
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellation)
    {
        client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(host, port, cancellation);
        return stream = new BufferedStream(client.GetStream());
    }

    private void Close()
    {
        client?.Dispose();
        (client, stream) = (null, null);
    }

    private static async Task SendAsync(Stream to, string[] command, CancellationToken cancellation)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var word in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }
        await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
        await to.FlushAsync(cancellation);
    }

    private static async Task<object?> ReadAsync(Stream from, CancellationToken cancellation)
    {
        var line = await ReadLineAsync(from, cancellation);
        var rest = line[1..];
        switch (line[0])
        {
            case '+':
                return rest;
            case '-':
                throw new RedisException($"Redis refused: {rest}");
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$':
                return await ReadStringAsync(from, int.Parse(rest, CultureInfo.InvariantCulture), cancellation);
            case '*':
                var items = new object?[Math.Max(0, int.Parse(rest, CultureInfo.InvariantCulture))];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = await ReadAsync(from, cancellation);
                }
                return items;
            default:
                throw new IOException($"\"{line}\" is no answer of Redis");
        }
    }

    private static async Task<string?> ReadStringAsync(Stream from, int length, CancellationToken cancellation)
    {
        if (length < 0)
        {
            return null;
        }
        var bytes = new byte[length + 2];
        await from.ReadExactlyAsync(bytes, cancellation);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static async Task<string> ReadLineAsync(Stream from, CancellationToken cancellation)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (line is not [.., '\r', '\n'])
        {
            await from.ReadExactlyAsync(one, cancellation);
            line.Append((char)one[0]);
        }
        return line.ToString(0, line.Length - 2);
    }
}

internal sealed class RedisException(string message, Exception? inner = null) : Exception(message, inner);
