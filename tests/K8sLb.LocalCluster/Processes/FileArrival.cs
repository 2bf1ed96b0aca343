namespace K8sLb.LocalCluster.Processes;

/// <summary>A file by which a process says that something is done.</summary>
internal static class FileArrival
{
    /// <summary>Ends when the file is there, or with <paramref name="writer"/>, whichever comes first.</summary>
    /// <param name="writer">Ends when nobody is left to make the file.</param>
    public static async Task WaitAsync(string path, Task writer)
    {
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, _) => created.TrySetResult();
        watcher.EnableRaisingEvents = true;
        // Asked when the watcher is there already, so that the file cannot come unseen.
        if (!File.Exists(path))
        {
            await await Task.WhenAny(created.Task, writer);
        }
    }
}
