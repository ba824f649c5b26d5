#!/bin/sh
# 启动登高；用法：sh start.sh [命令 …]
cd "$(dirname "$0")" || exit 1
for python in python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
        exec "$python" program/start.py "$@"
    fi
done
echo '没有找到 Python 3.11、3.12 或 3.13。请先安装其中之一，例如：apt install python3 python3-venv' >&2
echo '系统自带的版本太旧的，请信息中心装一个新的；不要替换系统自带的。' >&2
exit 1
